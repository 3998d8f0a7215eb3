"""Published accuracies in percent, as Yu et al. 2018 quote them and report their own.

From tables 3 to 5 and 9 of the paper. The others' protocols differ in folds, in
preprocessing, and in what they select by; they are quoted, not compared with.
"""

# Of each dataset the methods that the paper quotes.
QUOTED = {
  'ck_plus': {
    '3DCNN-DAP': 92.4,
    'STM-ExpLet': 94.2,
    'LOmo': 95.1,
    'IDT+FV': 95.8,
    'FN2EN': 96.9,
    'DTAGN': 97.3,
    'ARDfee': 98.7,
    'PPDN': 99.3,
    'DCPN': 99.6,
  },
  'oulu_casia': {
    'STM-ExpLet': 74.59,
    'DTAGN': 81.64,
    'LOmo': 82.10,
    'PPDN': 84.59,
    'DCPN': 86.23,
    'FN2EN': 87.71,
    'ARDfee': 89.60,
  },
  'mmi': {
    '3DCNN-DAP': 63.4,
    '3DSIFT': 64.39,
    'DTAGN': 70.24,
    'CSPL': 73.53,
    'STM-ExpLet': 75.12,
    'ST-RBM': 81.63,
  },
}

# Of each dataset the paper's own runs, by their names in launch/study.py.
REPORTED = {
  'ck_plus': {
    'STC': 98.9,
    'STC-LSTM': 99.3,
    'STC-SLSTM': 99.4,
    'DenseNet': 97.6,
    'STC-NLSTM': 99.8,
  },
  'oulu_casia': {
    'STC': 84.72,
    'STC-LSTM': 88.98,
    'STC-SLSTM': 90.12,
    'DenseNet': 87.28,
    'STC-NLSTM': 93.45,
  },
  'mmi': {
    'STC': 74.84,
    'STC-LSTM': 80.39,
    'STC-SLSTM': 81.92,
    'DenseNet': 77.68,
    'STC-NLSTM': 84.53,
  },
}

# The paper's +- of STC-NLSTM; of what, it doesn't say.
DEVIATIONS = {'ck_plus': 0.2, 'oulu_casia': 0.43, 'mmi': 0.67}

# Where the paper's set isn't the one that a user holds.
REMARKS = {
  'mmi': 'The paper has 205 sequences of MMI; the release of today has 208.',
}
