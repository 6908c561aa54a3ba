"""Pages of rows as JSON or CSV, encoded in pieces while they are sent: the loop is never held by a large answer.

An answer may be larger than what is read at once: then the next page is read when the one before has gone out. If the
database goes away in between, the connection is cut, so that half an answer is not taken for a whole one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from msgspec import Struct
from msgspec.structs import astuple
from starlette.responses import Response, StreamingResponse

from app.api.errors import ApiError, database_unavailable
from app.api.history_parameters import AnswerFormat, PageQuery
from app.api.parameters import BadParameterError
from app.history.csv_rows import csv_lines
from app.history.errors import CursorError, HistoryUnavailable
from app.history.paging import Page
from app.publish.fragments import encode_json

PAGE_ROWS = 1_000  # read and held at once; making rows of them holds the loop for about 5 ms
PIECE_ROWS = 200  # encoded between two looks at the loop: about 5 ms of CSV

type FetchPage[T: Struct] = Callable[[int, str | None], Awaitable[Page[T]]]


async def history_answer[T: Struct](
    fetch: FetchPage[T],
    row_type: type[T],
    limit: int,
    query: PageQuery,
    name: str,
    *,
    page_rows: int = PAGE_ROWS,
    refuse_nothing: ApiError | None = None,
) -> Response:
    """Return up to `limit` rows from the cursor on; raise `refuse_nothing` when there are none."""
    try:
        first = await fetch(min(limit, page_rows), query.cursor or None)
    except HistoryUnavailable:
        raise database_unavailable() from None
    except CursorError:
        raise BadParameterError("cursor: should be a next_cursor of this route") from None
    if refuse_nothing is not None and not first.data:
        raise refuse_nothing
    is_whole = first.next_cursor is None or len(first.data) >= limit
    headers = {"cache-control": "no-store"}
    if is_whole and first.next_cursor is not None:
        headers["x-next-cursor"] = first.next_cursor
    pages = _pages(fetch, first, limit, page_rows)
    if query.format is AnswerFormat.CSV:
        headers["content-disposition"] = f'attachment; filename="{name}.csv"'
        return StreamingResponse(_csv(pages, row_type), 200, headers, "text/csv")
    return StreamingResponse(_json(pages), 200, headers, "application/json")


async def _pages[T: Struct](
    fetch: FetchPage[T], page: Page[T], limit: int, page_rows: int
) -> AsyncIterator[Page[T]]:
    left = limit
    while True:
        yield page
        left -= len(page.data)
        if left <= 0 or page.next_cursor is None:
            return
        page = await fetch(min(left, page_rows), page.next_cursor)


async def _json[T: Struct](pages: AsyncIterator[Page[T]]) -> AsyncIterator[bytes]:
    before = b'{"data":['
    next_cursor: str | None = None
    async for page in pages:
        next_cursor = page.next_cursor
        for start in range(0, len(page.data), PIECE_ROWS):
            # a list of rows without its brackets
            yield before + encode_json(page.data[start : start + PIECE_ROWS])[1:-1]
            await asyncio.sleep(0)  # sending does not suspend while the socket takes it all
            before = b","
    opening = before if before != b"," else b""
    yield opening + b'],"next_cursor":' + encode_json(next_cursor) + b"}"


async def _csv[T: Struct](pages: AsyncIterator[Page[T]], row_type: type[T]) -> AsyncIterator[bytes]:
    yield csv_lines([row_type.__struct_fields__])
    async for page in pages:
        for start in range(0, len(page.data), PIECE_ROWS):
            yield csv_lines(astuple(row) for row in page.data[start : start + PIECE_ROWS])
            await asyncio.sleep(0)
