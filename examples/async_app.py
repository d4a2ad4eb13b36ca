"""Many users at once on one event loop: every span knows whose it is, and none takes another's.

python examples/async_app.py
"""

from __future__ import annotations

import asyncio

import pyflare

USERS = ("ada", "grace", "edsger", "barbara")


@pyflare.trace(kind="tool")
async def look_up(word: str) -> int:
    """Something that takes a while: the others go on meanwhile."""
    await asyncio.sleep(0.01 * len(word))
    return len(word)


@pyflare.trace(kind="agent")
async def handle(question: str) -> int:
    """Look all words up at the same time; the spans nest, although they overlap."""
    async with asyncio.TaskGroup() as group:
        lookups = [group.create_task(look_up(word)) for word in question.split()]
    return sum(lookup.result() for lookup in lookups)


async def visit(user: str) -> None:
    """A visit of one user: what is set here goes to every span inside, and to no other."""
    with pyflare.context(user=user, session=f"{user}-1", feature="letters"):
        await handle(f"how many letters has {user}")


async def main() -> None:
    """All users come at once."""
    await asyncio.gather(*map(visit, USERS))


if __name__ == "__main__":
    pyflare.init(service="async-app")
    asyncio.run(main())
    with pyflare.open() as workspace:
        rows = workspace.sql("""
            SELECT user_id, count(*) AS spans, count(DISTINCT trace_id) AS traces, max(duration_ns) / 1e6 AS longest_ms
            FROM spans GROUP BY user_id ORDER BY user_id
        """)
        for row in rows.to_pylist():
            print(row)
