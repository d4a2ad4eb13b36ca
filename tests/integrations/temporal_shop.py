"""A workflow and its activity, in a module of their own: the sandbox imports it anew for each workflow."""

from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def pack(item: str) -> str:
    """Pack an item; a stone cannot be packed."""
    if item == "stone":
        raise ValueError("too heavy")
    return f"packed {item}"


@workflow.defn
class Order:
    """Packs what is ordered."""

    @workflow.run
    async def run(self, item: str) -> str:
        """Pack it."""
        return await workflow.execute_activity(pack, item, start_to_close_timeout=timedelta(seconds=10))
