"""The report in a browser, as a reader sees it."""

import json
import shutil

import pytest
from command import succeeds

playwright = pytest.importorskip('playwright.sync_api')
CHROMIUM = shutil.which('chromium')
if not CHROMIUM:
  pytest.skip('there is no chromium', allow_module_level=True)


@pytest.fixture(scope='module')
def report(finished, tmp_path_factory):
  """Of a run whose first clip was told wrongly."""
  run = shutil.copytree(finished, tmp_path_factory.mktemp('reported') / 'run')
  summary, trial = (
    json.loads((run / name).read_text()) for name in ('summary.json', 'trials/0-0.json')
  )
  row = trial['predictions'][0]
  right, said = (summary['classes'].index(row[k]) for k in ('label', 'predicted'))
  wrong = (right + 1) % len(summary['classes'])
  row['predicted'] = summary['classes'][wrong]
  summary['confusion'][right][said] -= 1
  summary['confusion'][right][wrong] += 1
  (run / 'summary.json').write_text(json.dumps(summary))
  (run / 'trials' / '0-0.json').write_text(json.dumps(trial))
  succeeds('stc_jax.report', f'--workdir={run}')
  return run / 'report' / 'index.html'


@pytest.fixture(scope='module')
def browser():
  with playwright.sync_playwright() as started:
    yield started.chromium.launch(executable_path=CHROMIUM, args=['--no-sandbox'])


@pytest.mark.parametrize(('width', 'scheme'), [(1280, 'light'), (390, 'dark')])
def test_the_page_is_whole(report, browser, width, scheme):
  size = {'width': width, 'height': 900}
  page = browser.new_page(viewport=size, color_scheme=scheme, offline=True)
  said = []
  page.on('console', lambda message: said.append(message.text))
  page.on('pageerror', lambda error: said.append(str(error)))
  page.goto(report.as_uri())
  assert not said
  assert page.evaluate('document.documentElement.scrollWidth - innerWidth') <= 0
  pictures = page.locator('img').all()
  assert len(pictures) > 4
  for picture in pictures:
    assert picture.get_attribute('alt')
    assert picture.evaluate('image => image.complete && image.naturalWidth > 0')
  wrong = page.locator('button[data-cell]').first
  count = int(wrong.get_attribute('aria-label').split(': ')[1].split(',')[0])
  wrong.click()
  shown = page.locator('[data-shown] figure')
  assert 1 <= shown.count() <= count
  assert shown.first.locator('img').evaluate('image => image.naturalWidth > 0')
  assert 'frames of ' in shown.first.locator('img').get_attribute('alt')
  page.close()
