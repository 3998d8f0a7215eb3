"""A measurement as data, and as the table that a terminal shows."""

import datetime

import jax
from flax import linen as nn
from rich.table import Table

from stc_jax import machine
from stc_jax.models import flops, shapes
from stc_jax.models.registry import build
from stc_jax.provenance import command, environment
from stc_jax.runs.config import Experiment
from stc_jax.speed import feeding, processor, traffic
from stc_jax.speed.ceiling import Ceiling
from stc_jax.speed.clock import PartSpeed
from stc_jax.speed.pictures import PARTS
from stc_jax.speed.random_clips import CLASSES


def as_dict(
  experiment: Experiment,
  ceiling: Ceiling,
  parts: dict[str, PartSpeed],
) -> dict:
  """All measurements with their rates and shares; ready for JSON."""
  model, video = counted_model(experiment), clip_shape(experiment)
  report = circumstances(experiment) | {
    'flops': {
      'forward_per_clip': flops.forward_flops(model, video),
      'training_per_clip': flops.training_flops(model, video),
      'convolutions_per_clip': sum(flops.conv_flops(model.config, video)),
      'convolutions_per_clip_by_xla': flops.xla_conv_flops(model.config, video),
    },
    'ceiling': ceiling._asdict(),
    'parts': {},
  }
  counted = _counted(experiment, report['flops'])
  for name, part in parts.items():
    report['parts'][name] = _figures(part, ceiling, counted.get(name))
  if {'training', 'whole loop'} <= set(parts):
    step, loop = report['parts']['training'], report['parts']['whole loop']
    report['loop_share'] = loop['per_second']['median'] / step['per_second']['median']
  if statistics := jax.devices()[0].memory_stats():
    report['device_peak_bytes'] = statistics['peak_bytes_in_use']
  report['h100_windows_per_second'] = feeding.windows_for_h100(
    report['flops']['training_per_clip']
  )
  return report


def circumstances(experiment: Experiment) -> dict:
  """What a figure depends on: program, machine, model, sizes; and when it was taken."""
  return {
    'device': jax.devices()[0].device_kind,
    'environment': environment(),
    'command': command(),
    'date': datetime.datetime.now(datetime.UTC).isoformat(timespec='seconds'),
    'processor': processor.described(),
    'threads': machine.cores(),
    'model': experiment.model,
    'notation': experiment.network.notation,
    'input': list(clip_shape(experiment).shape[1:]),
    'dtype': experiment.network.dtype,
    'batch_size': experiment.training.batch_size,
  }


def words(found: dict) -> str:
  """The model, device and sizes of a measurement, for a title."""
  return (
    f'{found["model"]} on {found["device"]}, {found["dtype"]}, '
    f'batch {found["batch_size"]}'
  )


def counted_model(experiment: Experiment) -> nn.Module:
  """The model of an experiment, whose operations are counted."""
  return build(experiment.model, experiment.network, CLASSES)


def clip_shape(experiment: Experiment) -> jax.ShapeDtypeStruct:
  """The shape of one clip, [1, t, h, w, c]."""
  size = experiment.input
  return shapes.one_clip(size.frames, size.height, size.width, size.channels)


def _counted(
  experiment: Experiment, operations: dict[str, int]
) -> dict[str, tuple[float, float]]:
  """FLOPs and bytes of one clip in each part that has a place under the roofs."""
  model, video = counted_model(experiment), clip_shape(experiment)
  batch, views = experiment.training.batch_size, len(experiment.input.views)
  training = (
    operations['training_per_clip'],
    traffic.training_bytes(model, video, batch) / batch,
  )
  inference = (
    views * operations['forward_per_clip'],
    views * traffic.forward_bytes(model, video, batch) / batch,
  )
  return {'training': training, 'whole loop': training, 'inference': inference}


def _figures(
  part: PartSpeed, ceiling: Ceiling, counted: tuple[float, float] | None
) -> dict:
  """A part's rates; with FLOPs and bytes of a clip, its shares of the ceiling."""
  figures = {
    'unit': part.unit,
    'per_second': part.timing.rates(part.items),
    'compile_seconds': part.compile_seconds,
    'program_bytes': part.memory_bytes,
  }
  if counted:
    flops, moved = (count * figures['per_second']['median'] for count in counted)
    figures |= {
      'flops_per_second': flops,
      'ceiling_share': flops / ceiling.flops_per_second,
      'bytes_per_second': moved,
      'bandwidth_share': moved / ceiling.bytes_per_second,
      'flops_per_byte': counted[0] / counted[1],
    }
  return figures


def table(report: dict) -> Table:
  """The report as a table on a terminal."""
  ceiling = report['ceiling']
  roofs = (
    f'ceiling: {ceiling["flops_per_second"] / 1e12:.3g} TFLOP/s, '
    f'{ceiling["bytes_per_second"] / 1e9:.3g} GB/s; the host pipeline would have to '
    f'feed an H100 at 35 % of its own {report["h100_windows_per_second"]:,.0f} windows '
    'a second'
  )
  shown = Table(title=words(report), caption=roofs)
  shown.add_column('part')
  for column in (
    'a second',
    'min to max',
    'TFLOP/s',
    'of ceiling',
    'of bandwidth',
    'MB',
    'compile s',
  ):
    shown.add_column(column, justify='right')
  for name, part in report['parts'].items():
    shown.add_row(name, *_cells(part))
  for name in filter(report.get('peer', {}).__contains__, PARTS):
    compared = report['peer'][name]
    peer = f'PyTorch {report["peer"]["version"]}, {name}'
    for form, rate in compared['per_second'].items():
      ratio = '{median:.2f}x ({min:.2f} to {max:.2f})'.format(**compared['ratio'][form])
      shown.add_row(f'{peer}, {form}', *spread(rate), f'ours: {ratio}')
    for form, error in compared['errors'].items():
      shown.add_row(f'{peer}, {form}', error)
  return shown


def spread(rate: dict[str, float]) -> tuple[str, str]:
  """The median, and the range."""
  return f'{rate["median"]:.3g}', f'{rate["min"]:.3g} to {rate["max"]:.3g}'


def _cells(part: dict) -> list[str]:
  rate = part['per_second']
  median, extent = spread(rate)
  cells = [f'{median} {part["unit"]}', extent]
  if 'ceiling_share' in part:
    cells += [
      f'{part["flops_per_second"] / 1e12:.3g}',
      f'{part["ceiling_share"]:.0%}',
      f'{part["bandwidth_share"]:.0%}',
    ]
  else:
    cells += [''] * 3
  memory = part['program_bytes']
  return [
    *cells,
    f'{memory / 1e6:,.0f}' if memory else '',
    f'{part["compile_seconds"]:.1f}' if part['compile_seconds'] else '',
  ]
