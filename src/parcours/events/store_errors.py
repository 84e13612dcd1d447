"""What object stores say when they refuse, in words that name what to do."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from parcours.errors import StoreError

_VARIABLES: Final = {
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and, for other stores than Amazon's, AWS_ENDPOINT_URL",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS, the path of a key file",
    "az": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}
_OF_A_STORE: Final = re.compile(
    r"Generic (S3|GCS|MicrosoftAzure) error|Object at location|lacked the necessary privileges|"
    r"authentication credentials|Error performing (GET|PUT|POST|HEAD|DELETE|list|token)|<Code>"
)


class _Kind(NamedTuple):
    signs: re.Pattern[str]
    message: str
    hint: str


def _kind(signs: str, message: str, hint: str) -> _Kind:
    return _Kind(re.compile(signs, re.IGNORECASE), message, hint)


# The first that fits; {bucket} is the first part of the address, {variables} are those of its kind of store.
_KINDS: Final = (
    _kind(
        r"NoSuchBucket|ContainerNotFound|specified bucket does not exist|bucket not found",
        "There is no bucket {bucket!r} for {address}.",
        "Check its name and where it is looked for ({variables}), or make the bucket first.",
    ),
    _kind(
        r"169\.254\.169\.254|latest/api/token|latest/meta-data|metadata\.google|MissingAccount|"
        r"Account must be specified|service account file|no credential|credential.{0,40}(not|missing)|"
        r"ProviderError|token request",
        "There are no credentials for {address} that can be used.",
        "Set {variables} in the environment.",
    ),
    _kind(
        r"InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken|AuthenticationFailed|401 Unauthorized|"
        r"invalid_grant|InvalidAuthenticationInfo",
        "The store does not accept the credentials for {address}.",
        "Check {variables}; they may be mistyped or have run out.",
    ),
    _kind(
        r"403 Forbidden|AccessDenied|necessary privileges|AuthorizationPermissionMismatch",
        "The credentials do not allow this in {address}.",
        "Reading needs the right to list and get objects, importing to put them, erasing to delete them.",
    ),
    _kind(
        r"client error \(Connect\)|error sending request|tcp connect|dns error|timed out|connection (refused|reset)",
        "The store of {address} cannot be reached.",
        "Check the network and the address of the store ({variables}).",
    ),
    _kind(
        r"PermanentRedirect|AuthorizationHeaderMalformed|301 Moved",
        "The bucket {bucket!r} is in another region than the one asked for.",
        "Set AWS_REGION to the region of the bucket.",
    ),
    _kind(
        r"NotImplemented|501 Not Implemented",
        "The store of {address} cannot do what a log needs: replacing an object only if nobody did meanwhile.",
        "Use a store that knows conditional writes (the headers If-None-Match and If-Match).",
    ),
    _kind(
        r"Object at location|404 Not Found|NoSuchKey",
        "A file of {address} is not there any more.",
        "Somebody may have been erased meanwhile: open the workspace again.",
    ),
)


def speaks_of_a_store(error: BaseException) -> bool:
    """Whether the words of an error are those of an object store."""
    return _OF_A_STORE.search(str(error)) is not None


def told(address: str, error: BaseException) -> StoreError:
    """The error for people; the store's own words are its cause."""
    said = str(error).partition("Debug source:")[0]
    scheme, _, rest = address.partition("://")
    words = {"address": address, "bucket": rest.partition("/")[0], "variables": _VARIABLES[scheme]}
    for kind in _KINDS:
        if kind.signs.search(said):
            return StoreError(kind.message.format(**words), hint=kind.hint.format(**words))
    first = said.strip().splitlines()[0] if said.strip() else type(error).__name__
    return StoreError(
        f"The store of {address} failed: {first}", hint="Try again; nothing was changed by half."
    )
