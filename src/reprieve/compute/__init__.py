"""Floor 5: local and distributed executors, and runs over partitions that can be resumed."""

from reprieve.compute.choose import open_executor
from reprieve.compute.executor import Executor, Progress
from reprieve.compute.manifest import Manifest, Receipt
from reprieve.compute.partition_run import PartitionTask, run_partitions

__all__ = ["Executor", "Manifest", "PartitionTask", "Progress", "Receipt", "open_executor", "run_partitions"]
