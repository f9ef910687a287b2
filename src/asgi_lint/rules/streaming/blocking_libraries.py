"""The synchronous clients whose streams people put into asynchronous ones.

Each row is what a value's trail looks like (see `blocking_sources`) and what to use instead. A
name stands here only where every `next()` or every call waits for somebody else.
"""

from __future__ import annotations

import re


def _rows(*rows: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), counterpart) for pattern, counterpart in rows)


_HTTP = r"(get|post|put|patch|delete|options|request|send)\(\)"
_REQUESTS = rf"requests\.((Session|session|sessions\.Session)\(\)\.)?{_HTTP}"
_POPEN = r"subprocess\.Popen\(\)\.(stdout|stderr)"
_QUEUE = r"(queue\.(Queue|LifoQueue|PriorityQueue|SimpleQueue)|multiprocessing\.(Simple)?Queue)\(\)"
_SERIAL = r"serial\.Serial\(\)"
_REDIS = r"redis\.((client\.)?(Strict)?Redis(\.from_url)?|from_url)\(\)"
_DOCKER = r"docker\.(from_env|DockerClient|client\.(from_env|DockerClient))\(\)"

ITERATED = _rows(
    (rf"{_REQUESTS}(\.iter_content\(\)|\.iter_lines\(\)|\.raw)?", "`httpx.AsyncClient`"),
    (
        r"httpx2?\.(Client\(\)\.)?(stream|send)\(\)\.iter_(bytes|lines|raw|text)\(\)",
        "`httpx.AsyncClient`",
    ),
    (r"urllib\.request\.urlopen\(\)", "`httpx.AsyncClient`"),
    (r"urllib3\.(PoolManager\(\)\.)?request\(\)\.stream\(\)", "`httpx.AsyncClient`"),
    (r"sseclient\.SSEClient\(\)(\.events\(\))?", "`httpx_sse.aconnect_sse`"),
    (rf"{_POPEN}(\.readline\(\)|\.read1?\(\))?", "`asyncio.create_subprocess_exec`"),
    (
        (
            r"openai\.((Azure)?(OpenAI|Client)\(\)\.)?(with_options\(\)\.)?"
            r"((beta\.)?chat\.completions|completions|responses|ChatCompletion|Completion)"
            r"\.(create|stream)\(\)"
        ),
        "`openai.AsyncOpenAI`",
    ),
    (
        (
            r"anthropic\.(Client|Anthropic|AnthropicBedrock|AnthropicVertex)\(\)\."
            r"(beta\.)?(messages|completions)\.(create|stream)\(\)(\.text_stream)?"
        ),
        "`anthropic.AsyncAnthropic`",
    ),
    (r"groq\.Groq\(\)\.chat\.completions\.create\(\)", "`groq.AsyncGroq`"),
    (r"together\.Together\(\)\.(chat\.)?completions\.create\(\)", "`together.AsyncTogether`"),
    (r"mistralai\.(client\.)?Mistral\(\)\.chat\.stream\(\)", "`Mistral().chat.stream_async`"),
    (r"cohere\.Client(V2)?\(\)\.chat_stream\(\)", "`cohere.AsyncClient`"),
    (r"litellm\.(completion|text_completion|responses)\(\)", "`litellm.acompletion`"),
    (r"ollama\.(Client\(\)\.)?(chat|generate|pull)\(\)", "`ollama.AsyncClient`"),
    (
        (
            r"google\.genai\.Client\(\)\.(models\.generate_content_stream"
            r"|chats\.create\(\)\.send_message_stream)\(\)"
        ),
        "`genai.Client().aio`",
    ),
    (
        (
            r"(google\.generativeai|vertexai(\.preview)?\.generative_models)\.GenerativeModel\(\)\."
            r"(generate_content|start_chat\(\)\.send_message)\(\)"
        ),
        "`generate_content_async`",
    ),
    (
        (
            r"huggingface_hub\.InferenceClient\(\)\."
            r"(chat_completion|text_generation|chat\.completions\.create)\(\)"
        ),
        "`huggingface_hub.AsyncInferenceClient`",
    ),
    (
        (
            r"llama_cpp\.Llama(\.from_pretrained)?\(\)"
            r"(\.create_(chat_)?completion|\.create_chat_completion_openai_v1)?\(\)"
        ),
        "",
    ),
    (r"transformers\.TextIteratorStreamer\(\)", "`transformers.AsyncTextIteratorStreamer`"),
    (r"langchain[\w.]*\(?\)?(\.[\w]+\(\))*\.stream\(\)", "`astream`"),
    (
        (
            r"boto3\.((session\.)?Session\(\)\.)?client\(\)\.(converse_stream"
            r"|invoke_model_with_response_stream)\(\)(\[\]|\.get\(\))"
        ),
        "`aioboto3`",
    ),
    (
        (
            r"boto3\.((session\.)?Session\(\)\.)?client\(\)\.get_object\(\)(\[\]|\.get\(\))"
            r"(\.iter_chunks\(\)|\.iter_lines\(\))?"
        ),
        "`aioboto3`",
    ),
    (rf"{_REDIS}\.pubsub\(\)\.listen\(\)", "`redis.asyncio.Redis`"),
    (r"kafka\.KafkaConsumer\(\)", "`aiokafka.AIOKafkaConsumer`"),
    (r"pymongo\.MongoClient\(\)[\w.\[\]]*\.(find|aggregate|watch)\(\)", "`AsyncMongoClient`"),
    (rf"{_DOCKER}\.(events|containers\.\w+\(\)\.(logs|stats))\(\)", "`aiodocker`"),
    (r"kubernetes\.watch\.Watch\(\)\.stream\(\)", "`kubernetes_asyncio`"),
    (r"watchfiles\.watch\(\)", "`watchfiles.awatch`"),
    (r"replicate\.stream\(\)", "`replicate.async_stream`"),
    (_SERIAL, "`serial_asyncio`"),
    (rf"{_QUEUE}\.get\(\)", "`asyncio.Queue`"),
)
"""What is iterated."""

READ = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_POPEN}\.(readline|read1?)\(\)",
        rf"{_QUEUE}\.get\(\)",
        rf"{_SERIAL}\.(read|readline|read_until)\(\)",
        rf"{_REQUESTS}\.raw\.read\(\)",
        r"urllib\.request\.urlopen\(\)\.(read|readline)\(\)",
        r"socket\.(socket|create_connection)\(\)\.recv\(\)",
        rf"{_REDIS}\.(pubsub\(\)\.get_message|blpop|brpop|xread)\(\)",
        r"cv2\.VideoCapture\(\)\.(read|grab)\(\)",
    )
)
"""Calls that wait, as they stand in `while` loops."""

OPEN_FILE = re.compile(r"(pathlib\.Path\(\)\.)?open\(\)")
"""An open file."""

FILES = (
    re.compile(r"(pathlib\.Path\(\)\.)?open\(\)\.(read|readline|readlines|read1)\(\)"),
    re.compile(r"(zipfile|tarfile)\.\w+\(\)\.(open|extractfile)\(\)\.(read|readline)\(\)"),
)
"""Calls that read a file."""

WANTS_FLAG = re.compile(
    r"requests\.|httpx2?\.(Client\(\)\.)?send|google\.generativeai|vertexai|docker\..*\.logs\(\)$"
)
"""Where everything is there at once unless a call says `stream=True`."""
