"""Pictures of speed: the roofline, and how cost grows."""

import pathlib

import numpy as np
from matplotlib.figure import Figure

from stc_jax import plots

# The parts that have a place under the roofs.
PARTS = ('training', 'inference')
_INK, _OURS, _PEER = '#1b2a41', '#2a6f97', '#c1121f'


@plots.style()
def roofline(path: pathlib.Path, report: dict) -> None:
  """Draws training and inference under the device's two roofs (Williams et al. 2009).

  The peer's points have the same FLOPs per byte, because the architecture is the same.
  """
  ceiling = report['ceiling']
  peak, bandwidth = ceiling['flops_per_second'], ceiling['bytes_per_second']
  ridge = peak / bandwidth
  parts = {name: report['parts'][name] for name in PARTS if name in report['parts']}
  intensities = [part['flops_per_byte'] for part in parts.values()]
  span = np.geomspace(min(ridge, *intensities) / 8, max(ridge, *intensities) * 4, 100)
  figure = Figure(figsize=(6.4, 4.4), layout='constrained')
  axes = figure.add_subplot()
  roof = np.minimum(peak, bandwidth * span)
  axes.loglog(span, roof / 1e12, color=_INK, label='measured roofs')
  for (name, part), marker in zip(parts.items(), 'os', strict=False):
    x = part['flops_per_byte']
    axes.plot(
      x, part['flops_per_second'] / 1e12, marker, color=_OURS, label=f'{name}, stc_jax'
    )
    per_clip = part['flops_per_second'] / part['per_second']['median']
    rates = report['peer'][name]['per_second'] if 'peer' in report else {}
    for form, rate in rates.items():
      filled = _PEER if form.startswith('compiled') else 'none'
      axes.plot(
        x,
        rate['median'] * per_clip / 1e12,
        marker,
        color=_PEER,
        markerfacecolor=filled,
        label=f'{name}, PyTorch {form}',
      )
  axes.set_xlabel('FLOP per byte that has to move')
  axes.set_ylabel('TFLOP/s')
  axes.set_title(
    f'{report["model"]}, batch {report["batch_size"]}, {report["dtype"]}, '
    f'{report["device"]}',
    fontsize=10,
  )
  axes.legend(fontsize=8)
  plots.save_png(figure, path)


@plots.style()
def scaling(path: pathlib.Path, rows: list[dict], title: str) -> None:
  """Draws the seconds of a step against each quantity, and the line of equal cost."""
  axes_names = list(dict.fromkeys(row['quantity'] for row in rows))
  figure = Figure(figsize=(3.2 * len(axes_names), 3.2), layout='constrained')
  panels = np.atleast_1d(figure.subplots(1, len(axes_names)))
  for axes, name in zip(panels, axes_names, strict=True):
    own = [row for row in rows if row['quantity'] == name]
    values = np.array([row['value'] for row in own])
    seconds = np.array([row['seconds'] for row in own])
    axes.loglog(values, seconds, 'o-', color=_OURS)
    line = seconds[-1] * values / values[-1]
    axes.loglog(values, line, ':', color='gray', label='proportional')
    axes.set_xticks(values, values)
    axes.minorticks_off()
    axes.set_xlabel(name)
  panels[0].set_ylabel('seconds a step')
  panels[0].legend(fontsize=8)
  figure.suptitle(title, fontsize=10)
  plots.save_png(figure, path)
