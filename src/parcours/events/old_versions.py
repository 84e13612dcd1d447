"""Objects of an S3 bucket that were replaced or removed, and are kept because the bucket keeps versions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

_DELETED_AT_ONCE: Final = 1000  # as many as S3 takes
_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 60


class OldVersions:
    """The versions below one prefix that are not the newest, by name and version."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.bucket = bucket
        self.prefix = f"{prefix}/" if prefix else ""
        self._client = _client()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Old contents, without the marks of deletion."""
        return (
            (version["Key"].removeprefix(self.prefix), version["VersionId"])
            for page in self._pages()
            for version in page.get("Versions", ())
            if not version["IsLatest"]
        )

    def refused(self) -> str:
        """Why they cannot be listed; nothing when they can."""
        try:
            next(self._pages(), None)
        except ClientError as error:
            return str(error.response.get("Error", {}).get("Code", error))
        except BotoCoreError as error:
            return type(error).__name__
        return ""

    def content(self, name: str, version: str) -> bytes:
        """What was stored under a name at a version."""
        answer = self._client.get_object(Bucket=self.bucket, Key=self.prefix + name, VersionId=version)
        content: bytes = answer["Body"].read()
        return content

    def purge(self) -> int:
        """Remove them, and the marks of deletion; how many contents."""
        old = [(self.prefix + name, version) for name, version in self]
        marks = [
            (one["Key"], one["VersionId"]) for page in self._pages() for one in page.get("DeleteMarkers", ())
        ]
        doomed = [{"Key": key, "VersionId": version} for key, version in (*old, *marks)]
        for first in range(0, len(doomed), _DELETED_AT_ONCE):
            objects = doomed[first : first + _DELETED_AT_ONCE]
            self._client.delete_objects(Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True})
        return len(old)

    def _pages(self) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("list_object_versions")
        yield from pages.paginate(Bucket=self.bucket, Prefix=self.prefix)


def _client() -> Any:
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    given = Config(
        connect_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS, retries={"total_max_attempts": 3}
    )
    return boto3.client("s3", region_name=region, config=given)
