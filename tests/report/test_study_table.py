from stc_jax.report import published, study_table

ROWS = {
  'STC': {
    'score': 0.98111,
    'std': 0.004,
    'difference': -0.0123,
    'p_subjects': 0.25,
    'p_trials': None,
  },
  'STC-NLSTM': {
    'score': 0.9934,
    'std': None,
    'difference': None,
    'p_subjects': None,
    'p_trials': None,
  },
}


def page(dataset):
  floors = {'static': 0.93, 'none': None}
  return study_table.markdown('CK+', dataset, '10 folds', ROWS, floors)


def test_ours_stand_beside_what_is_published():
  lines = page('ck_plus').splitlines()
  assert '| STC | 98.9 | 98.1 ± 0.4 | -1.2 | 0.2500 |  |' in lines
  assert '| STC-NLSTM | 99.8 ± 0.2 | 99.3 |  |  |  |' in lines
  assert '| DTAGN | 97.3 |  |  |  |  |' in lines
  assert '| static |  | 93.0 |  |  |  |' in lines
  assert '| over STC-NLSTM, points |' in lines[2]
  assert not [line for line in lines if 'none' in line]


def test_where_nothing_is_published_ours_stand_alone():
  lines = [line for line in page('clip_folder').splitlines() if line.startswith('|')]
  assert len(lines) == 2 + 1 + 2
  assert '| STC |  | 98.1 ± 0.4 | -1.2 | 0.2500 |  |' in lines


def test_another_set_is_named():
  assert '208' in page('mmi')


def test_the_paper_s_methods_are_those_of_the_study():
  for reported in published.REPORTED.values():
    assert list(reported) == ['STC', 'STC-LSTM', 'STC-SLSTM', 'DenseNet', 'STC-NLSTM']
