from stc_jax.speed import trace

PROGRAM = """
ENTRY %main (p: f32[2]) -> f32[2] {
  %fusion.1 = f32[2]{0} fusion(%p), metadata={op_name="jit(f)/input/gather"}
  %cudnn-conv.3 = (f32[2]{0}) custom-call(%p), custom_call_target="__cudnn$convForward", metadata={op_name="jit(f)/jvp(Net)/trunk/conv2/convolution/conv_general_dilated"}
  %loop_add = f32[2]{0} fusion(%p), metadata={op_name="jit(f)/transpose(jvp(Net))/trunk/conv2/add"}
  ROOT %fusion.2 = f32[2]{0} fusion(%p), metadata={op_name="jit(f)/optimizer/mul"}
}
"""  # noqa: E501


def event(name, microseconds, operation='', process=1, thread=7):
  arguments = {'hlo_op': operation}
  where = {'pid': process, 'tid': thread}
  return {'ph': 'X', 'name': name, 'dur': microseconds, 'args': arguments, **where}


def meaning(kind, name, **where):
  return {'ph': 'M', 'name': kind, 'args': {'name': name}, **where}


def test_kernels_are_told_by_the_part_that_they_belong_to():
  events = [
    meaning('process_name', '/device:GPU:0', pid=1),
    meaning('process_name', '/host:CPU', pid=2),
    meaning('thread_name', 'Stream #7(Compute)', pid=1, tid=7),
    meaning('thread_name', 'XLA Ops', pid=1, tid=8),
    event('sm90_xmma_fprop', 5.0, 'cudnn-conv.3'),
    event('fusion_1', 2.0, 'command_buffer_4'),
    event('fusion_2', 1.0, 'fusion.2'),
    event('loop_add', 0.5),
    event('Memset', 0.25),
    event('fusion_1', 100.0, process=2),
    event('fusion_1', 100.0, thread=8),
  ]
  found = trace.microseconds(trace.read({'traceEvents': events}), PROGRAM)
  assert found == {
    'conv2, forward': 5.0,
    'input': 2.0,
    'optimiser': 1.0,
    'conv2: BN, activation, P2, backward': 0.5,
    'other': 0.25,
  }


def test_operations_of_a_cpu_count_once():
  events = [
    meaning('process_name', '/host:CPU', pid=2),
    event('while.1', 100.0, 'while.1'),
    event('fusion.1', 3.0, 'fusion.1'),
    event('fusion.2', 1.0, 'fusion.2'),
    event('end: fusion.2', 1.0),
    event('python', 50.0),
  ]
  found = trace.microseconds(trace.read(events), PROGRAM)
  assert found == {'input': 3.0, 'optimiser': 1.0}
