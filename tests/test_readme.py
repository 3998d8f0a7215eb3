"""README's tables are those of the report."""

from docs import measured


def test_its_tables_are_those_of_the_report():
  text = measured.README.read_text(encoding='utf-8')
  for name in measured.TABLES:
    assert f'<!-- docs/study/{name} -->' in text
  assert measured.with_tables(text) == text
