"""The composition root: builds every object of one running instance, and holds `deliver`, the program in one function.

Messages move one way: feed -> market -> publish. Nobody sends to clients in reaction to a message; each side runs at
its own pace, in batches.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from app.api.access import AccessPolicy, AccessSettings
from app.api.connection_limits import ConnectionLimiter
from app.api.services import ApiServices, DashboardConfig, WebSocketLimits
from app.clock import SystemClock
from app.config import Settings
from app.feed.feed_clock import FeedClock
from app.feed.http_client import make_http_client
from app.feed.recorder import Recorder
from app.feed.reference_service import Reference, ReferenceService
from app.feed.simulator_process import SimulatorProcess
from app.feed.ssi_auth_service import SSIAuthService
from app.feed.ssi_market_service import SSIMarketService
from app.feed.ssi_stream_service import SSIStreamService
from app.feed.thread_bridge import ThreadBridge
from app.market.alert_rules import AlertThresholds
from app.market.contract_codes import parse_contract
from app.market.messages import Message
from app.market.models import FeedSource, FeedState, FeedStatus, Phase
from app.market.processor import MarketDataProcessor
from app.market.trading_calendar import TradingCalendar
from app.publish.data_publisher import DataPublisher
from app.telemetry.metrics import Metrics

REFERENCE_DIR = Path(__file__).parent / "reference"
SIMULATOR_KEYS = ("simulator", "simulator")  # it takes any key pair

logger = logging.getLogger(__name__)
