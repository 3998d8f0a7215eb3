"""Published accuracies in percent, as Yu et al. 2018 quote them and report their own.

From tables 3 to 5 and 9 of the paper. The protocols of the other methods differ in
folds, preprocessing and model selection: they are quoted, not compared.
"""

# The methods that the paper quotes, by dataset.
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

# The runs of the paper by dataset, with their names in launch/study.py.
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

# The ± of STC-NLSTM, which the paper doesn't define.
DEVIATIONS = {'ck_plus': 0.2, 'oulu_casia': 0.43, 'mmi': 0.67}

# Confusions of STC-NLSTM in percent: rows are true classes, columns predicted ones, in
# the order of CLASSES (tables 6 to 8).
CLASSES = ('anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise')
CONFUSIONS = {
  'ck_plus': (
    (100, 0, 0, 0, 0, 0),
    (0.15, 99.68, 0, 0, 0.17, 0),
    (0, 0, 99.71, 0, 0.29, 0),
    (0, 0, 0.11, 99.89, 0, 0),
    (0, 0.29, 0.57, 0, 99.14, 0),
    (0, 0, 0, 0, 0, 100),
  ),
  'oulu_casia': (
    (89.82, 6.2, 0.75, 0, 3.23, 0),
    (1.38, 95.2, 0.3, 0.95, 2.17, 0),
    (0, 0, 96.14, 0.5, 0.65, 2.71),
    (0, 0.9, 3.83, 94.78, 0.49, 0),
    (4.4, 2.38, 0.56, 0, 92.66, 0),
    (0, 0, 3.95, 0, 0, 96.05),
  ),
  'mmi': (
    (83.24, 9.04, 0, 5.36, 1.24, 1.12),
    (6.72, 88.21, 0, 2.74, 2.33, 0),
    (4.34, 0, 81.24, 1.23, 1.56, 11.63),
    (3.62, 0, 3.16, 93.22, 0, 0),
    (1.55, 1.12, 9.18, 1.18, 85.77, 1.2),
    (2.64, 0, 8.66, 3.41, 0, 85.29),
  ),
}

# Mean F1 of 11 action units on BP4D's test partition (FERA 2015), which isn't public.
DETECTION = {
  'bp4d': {
    'LGBP': 0.44,
    'GDNN': 0.48,
    'DLE': 0.51,
    'CNN+BLSTM': 0.52,
    'STC-NLSTM': 0.58,
  }
}

# Sequences of each dataset (table 2); today's release may have more or fewer.
SEQUENCES = {'ck_plus': 309, 'oulu_casia': 480, 'mmi': 205}
