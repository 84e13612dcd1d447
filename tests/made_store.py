"""A real server of the S3 protocol on this machine (moto), with users who may do everything, only read, or nothing.

It checks signatures and rights as S3 does. Requests are answered one after the other: writing only what nobody has
written meanwhile is atomic then, as it is in S3.
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, NamedTuple

import boto3

REGION = "eu-west-3"

SERVER = """
import logging, threading
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.ERROR)
app, turn = DomainDispatcherApplication(create_backend_app), threading.Lock()

def in_turn(environ, start_response):
    with turn:
        return list(app(environ, start_response))

server = make_server("127.0.0.1", 0, in_turn, threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
"""
RIGHTS = {
    "writer": '"s3:*"',
    "reader": '["s3:GetObject", "s3:ListBucket"]',
    "nobody": '"iam:GetUser"',
}


class Key(NamedTuple):
    id: str
    secret: str


@dataclass(frozen=True)
class Server:
    """An address, and the key of each user."""

    url: str
    keys: dict[str, Key]

    def environment(self, user: str = "writer") -> dict[str, str]:
        """The variables by which a user reaches it."""
        key = self.keys[user]
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": key.id,
            "AWS_SECRET_ACCESS_KEY": key.secret,
            "AWS_REGION": REGION,
            "NO_PROXY": "127.0.0.1",
        }

    def client(self, user: str = "writer") -> Any:
        key = self.keys[user]
        return _client("s3", self.url, key.id, key.secret)

    def bucket(self, *, versions: bool = False) -> str:
        """A new bucket."""
        name = f"bucket-{uuid.uuid4().hex[:12]}"
        client = self.client()
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        if versions:
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def contents(self, bucket: str) -> dict[str, bytes]:
        """Everything that a bucket shows."""
        client = self.client()
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
        return {key: client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


@contextmanager
def server() -> Iterator[Server]:
    """Start it, and stop it in the end."""
    # its own credentials: the real ones of whoever runs the tests are none of its business
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True, env=own
    ) as process:
        try:
            assert process.stdout is not None
            url = f"http://127.0.0.1:{int(process.stdout.readline())}"
            keys = {user: _user(url, user, rights) for user, rights in RIGHTS.items()}
            _check_rights(url)
            yield Server(url, keys)
        finally:
            process.kill()


def _check_rights(url: str) -> None:
    """From now on."""
    connection = HTTPConnection(url.removeprefix("http://"))
    connection.request("POST", "/moto-api/reset-auth", b"0")
    assert connection.getresponse().status == 200
    connection.close()


def _user(url: str, name: str, actions: str) -> Key:
    iam = _client("iam", url, "root", "root")
    allowed = f'{{"Effect": "Allow", "Action": {actions}, "Resource": "*"}}'
    iam.create_user(UserName=name)
    iam.put_user_policy(
        UserName=name,
        PolicyName="its",
        PolicyDocument=f'{{"Version": "2012-10-17", "Statement": [{allowed}]}}',
    )
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Key(key["AccessKeyId"], key["SecretAccessKey"])


def _client(service: str, url: str, key: str, secret: str) -> Any:
    return boto3.client(
        service, endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret, region_name=REGION
    )
