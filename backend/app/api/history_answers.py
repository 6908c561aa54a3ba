"""Pages of rows as JSON or CSV, encoded in pieces while they are sent: the loop is never held by a large answer.

An answer may be larger than what is read at once. As JSON, whose cursor comes last, the next page is then read when the
one before has gone out; if the database goes away in between, the connection is cut, so that half an answer is not taken
for a whole one. CSV has its cursor in the header: it is put together first, 15 MB at most.
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
    headers = {"cache-control": "no-store"}
    if query.format is AnswerFormat.CSV:
        headers["content-disposition"] = f'attachment; filename="{name}.csv"'
        return await _csv_answer(_pages(fetch, first, limit, page_rows), row_type, headers)
    is_whole = first.next_cursor is None or len(first.data) >= limit
    if is_whole and first.next_cursor is not None:
        headers["x-next-cursor"] = first.next_cursor
    return StreamingResponse(_json(_pages(fetch, first, limit, page_rows)), 200, headers, "application/json")


async def _csv_answer[T: Struct](
    pages: AsyncIterator[Page[T]], row_type: type[T], headers: dict[str, str]
) -> Response:
    pieces = [csv_lines([row_type.__struct_fields__])]
    next_cursor: str | None = None
    try:
        async for page in pages:
            next_cursor = page.next_cursor
            for start in range(0, len(page.data), PIECE_ROWS):
                pieces.append(csv_lines(astuple(row) for row in page.data[start : start + PIECE_ROWS]))
                await asyncio.sleep(0)
    except HistoryUnavailable:
        raise database_unavailable() from None
    if next_cursor is not None:
        headers["x-next-cursor"] = next_cursor
    return StreamingResponse(_each(pieces), 200, headers, "text/csv")


async def _each(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


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
