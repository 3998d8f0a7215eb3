"""The built site, read as its files and in a browser; `make docs` builds it."""

import html.parser
import pathlib
import shutil
import urllib.parse

import pytest

SITE = pathlib.Path('build/site').resolve()
PAGES = sorted(p for p in SITE.rglob('*.html') if '_static' not in p.parts)
CHROMIUM = shutil.which('chromium')
pytestmark = pytest.mark.slow
if not PAGES:
  pytest.skip('there is no site; make docs', allow_module_level=True)


class Addresses(html.parser.HTMLParser):
  """The links of a page and the places that can be linked to."""

  def __init__(self, path: pathlib.Path):
    super().__init__()
    self.links, self.places = [], set()
    self.feed(path.read_text(encoding='utf-8'))

  def handle_starttag(self, tag, attrs):
    named = dict(attrs)
    self.places |= {named.get('id'), named.get('name')}
    self.links += [named[key] for key in ('href', 'src') if named.get(key)]


def test_no_link_is_broken():
  read = {page: Addresses(page) for page in PAGES}
  checked = 0
  for page, found in read.items():
    for link in found.links:
      parts = urllib.parse.urlsplit(link)
      if parts.scheme:
        assert parts.scheme in ('http', 'https', 'data', 'mailto'), (page, link)
        continue
      there = page
      if parts.path:
        there = (page.parent / urllib.parse.unquote(parts.path)).resolve()
      assert there.exists(), (page, link)
      assert there.is_relative_to(SITE), (page, link)
      if parts.fragment and there in read:
        places = read[there].places
        assert urllib.parse.unquote(parts.fragment) in places, (page, link)
      checked += 1
  assert checked > 1000


@pytest.fixture(scope='module')
def browser():
  playwright = pytest.importorskip('playwright.sync_api')
  if not CHROMIUM:
    pytest.skip('there is no chromium')
  with playwright.sync_playwright() as started:
    yield started.chromium.launch(executable_path=CHROMIUM, args=['--no-sandbox'])


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('width', [1280, 390])
def test_each_page_fits_and_says_nothing_on_the_console(browser, width, scheme):
  size = {'width': width, 'height': 900}
  page = browser.new_page(viewport=size, color_scheme=scheme, offline=True)
  said = []
  bad = ('error', 'warning')
  page.on('console', lambda m: said.append(m.text) if m.type in bad else None)
  page.on('pageerror', lambda error: said.append(str(error)))
  for path in PAGES:
    page.goto(path.as_uri())
    assert not said, (path, said)
    wide = page.evaluate('document.documentElement.scrollWidth - innerWidth')
    assert wide <= 0, (path, wide)
    pictures = '[...document.images].filter(i => i.complete && !i.naturalWidth).length'
    assert page.evaluate(pictures) == 0, path
    back = page.evaluate('getComputedStyle(document.body).backgroundColor')
    levels = [int(part) for part in back[4:-1].split(',')[:3]]
    assert (max(levels) < 100) == (scheme == 'dark'), (path, back)
  page.close()
