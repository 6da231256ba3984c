"""Many clients of a running `par web` at once: what they are answered, how fast, in what memory.

    tools/web.py --model CONFIG --weights best.pth
    tools/benchmarks/web.py picture.jpg --clients 50 --seconds 60

Each client sends the picture again as soon as it is answered; one that is told to come back waits
as long as it is told. Ends with 1 if anything else than 200 and 429 was answered.
"""

import argparse
import asyncio
import re
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import numpy as np


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('picture', type=Path)
    parser.add_argument('--url', default='http://127.0.0.1:8000')
    parser.add_argument('--token')
    parser.add_argument('--clients', type=int, default=50)
    parser.add_argument('--seconds', type=float, default=60.0)
    return parser.parse_args()


async def memory(client: httpx.AsyncClient) -> float:
    """Peak memory of the server, in MB."""
    text = (await client.get('/metrics')).text
    found = re.search(r'^par_memory_peak_bytes (\d+)$', text, re.MULTILINE)
    if found is None:
        sys.exit(f'error: {client.base_url} is no par web')
    return int(found[1]) / 1e6


async def ask(
    client: httpx.AsyncClient, content: bytes, end: float, answers: Counter, times: list[float]
) -> None:
    """Ask again and again until the end."""
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            answer = await client.post('/predict', files={'files': ('picture', content)})
        except httpx.HTTPError as error:
            answers[type(error).__name__] += 1
            continue
        answers[answer.status_code] += 1
        if answer.status_code == 200:
            times.append(time.monotonic() - began)
        elif answer.status_code == 429:
            await asyncio.sleep(float(answer.headers['Retry-After']))


async def run(args: argparse.Namespace) -> int:
    content = args.picture.read_bytes()
    answers: Counter[int] = Counter()
    times: list[float] = []
    headers = {'Authorization': f'Bearer {args.token}'} if args.token else {}
    limits = httpx.Limits(max_connections=args.clients + 1)
    async with httpx.AsyncClient(
        base_url=args.url, headers=headers, limits=limits, timeout=120
    ) as client:
        before = await memory(client)
        end = time.monotonic() + args.seconds
        first = end - args.seconds / 2
        await asyncio.gather(
            *(ask(client, content, first, answers, times) for _ in range(args.clients))
        )
        half = await memory(client)
        await asyncio.gather(
            *(ask(client, content, end, answers, times) for _ in range(args.clients))
        )
        after = await memory(client)
    rate, quick, slow = len(times) / args.seconds, *np.percentile(times or [np.nan], [50, 95])
    print(f'{args.clients} clients, {args.seconds:g} s: {dict(answers)}')
    print(f'{rate:.1f} pictures/s; {quick:.2f} s in the middle, {slow:.2f} s for 95 of 100')
    print(f'peak memory: {before:.0f} MB before, {half:.0f} MB at half time, {after:.0f} MB after')
    return int(bool(set(answers) - {200, 429}))


def main() -> None:
    sys.exit(asyncio.run(run(parse_args())))


if __name__ == '__main__':
    main()
