"""Each library whose streams wait for somebody else, and what is said to use instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pages import diagnostics_in, write_project

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """\
import multiprocessing
import queue
import subprocess
import urllib.request

import anthropic
import boto3
import cohere
import docker
import google.generativeai
import groq
import httpx
import huggingface_hub
import kafka
import kubernetes
import langchain_core.runnables
import litellm
import llama_cpp
import mistralai
import ollama
import openai
import pymongo
import redis
import replicate
import requests
import serial
import sseclient
import together
import urllib3
import vertexai.preview.generative_models as vertexai_preview
import watchfiles
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from google import genai

app = FastAPI()
session = requests.Session()
http = httpx.Client()
process = subprocess.Popen(["make"], stdout=subprocess.PIPE)
bedrock = boto3.client("bedrock-runtime")
storage = boto3.Session().client("s3")


async def lines(prompt: str, request: httpx.Request):
    {loops}


@app.get("/")
async def index(prompt: str):
    return StreamingResponse(lines(prompt, http.build_request("GET", "/")))
"""


def advised(folder: Path, iterated: list[str]) -> dict[str, str]:
    """What is iterated, if that is reported, with its counterpart, or with "" if it has none."""
    loops = "\n    ".join(f"for item in {each}: yield item" for each in iterated)
    text = PROGRAM.format(loops=loops)
    write_project({"main.py": text, "requirements.txt": "fastapi==0.115.0\n"}, folder)
    rows = text.splitlines()
    found: dict[str, str] = {}
    for diagnostic in diagnostics_in(folder):
        assert diagnostic["code"] == "ASG306"
        line = rows[diagnostic["location"]["row"] - 1]
        counterpart = re.search(r"Use `([^`]*)` or", diagnostic["message"])
        found[line.strip()[12:-12]] = counterpart[1] if counterpart else ""
    return found


def test_libraries_that_wait(tmp_path: Path) -> None:
    counterparts = {
        "httpx.AsyncClient": [
            'requests.post("/", stream=True).iter_lines()',
            'requests.put("/", stream=True)',
            'session.get("/", stream=True).raw',
            "http.send(request, stream=True).iter_raw()",
            'httpx.stream("GET", "/").iter_text()',
            'urllib.request.urlopen("/")',
            'urllib3.PoolManager().request("GET", "/").stream()',
        ],
        "httpx_sse.aconnect_sse": [
            'sseclient.SSEClient("/")',
            'sseclient.SSEClient(session.get("/", stream=True)).events()',
        ],
        "asyncio.create_subprocess_exec": [
            'iter(process.stdout.readline, b"")',
            "process.stderr",
        ],
        "": [
            'llama_cpp.Llama("m")("a", stream=True)',
            'llama_cpp.Llama.from_pretrained("m").create_chat_completion(stream=True)',
        ],
        "openai.AsyncOpenAI": [
            "openai.AzureOpenAI().chat.completions.create(stream=True)",
            "openai.OpenAI().with_options(timeout=3).completions.create(stream=True)",
            "openai.chat.completions.create(stream=True)",
            "openai.Completion.create(stream=True)",
        ],
        "anthropic.AsyncAnthropic": [
            "anthropic.Client().completions.create(stream=True)",
            "anthropic.AnthropicBedrock().beta.messages.create(stream=True)",
        ],
        "groq.AsyncGroq": [
            "groq.Groq().chat.completions.create(stream=True)",
        ],
        "together.AsyncTogether": [
            "together.Together().chat.completions.create(stream=True)",
        ],
        "Mistral().chat.stream_async": [
            "mistralai.Mistral().chat.stream()",
        ],
        "cohere.AsyncClient": [
            "cohere.ClientV2().chat_stream()",
        ],
        "litellm.acompletion": [
            "litellm.completion(stream=True)",
            "litellm.text_completion(stream=True)",
        ],
        "ollama.AsyncClient": [
            "ollama.Client().chat(stream=True)",
        ],
        "genai.Client().aio": [
            "genai.Client().models.generate_content_stream()",
            'genai.Client().chats.create().send_message_stream("a")',
        ],
        "generate_content_async": [
            'google.generativeai.GenerativeModel().generate_content("a", stream=True)',
            'google.generativeai.GenerativeModel().start_chat().send_message("a", stream=True)',
            'vertexai_preview.GenerativeModel().generate_content("a", stream=True)',
        ],
        "huggingface_hub.AsyncInferenceClient": [
            "huggingface_hub.InferenceClient().chat_completion(stream=True)",
            'huggingface_hub.InferenceClient().text_generation("a", stream=True)',
        ],
        "astream": [
            'langchain_core.runnables.RunnableLambda(print).with_retry().stream("a")',
        ],
        "aioboto3": [
            'bedrock.invoke_model_with_response_stream(modelId="m")["body"]',
            'bedrock.converse_stream(modelId="m").get("stream")',
            'storage.get_object(Key="a")["Body"]',
            'storage.get_object(Key="a")["Body"].iter_chunks()',
        ],
        "redis.asyncio.Redis": [
            "redis.Redis().pubsub().listen()",
            'redis.StrictRedis.from_url("/").pubsub().listen()',
        ],
        "aiokafka.AIOKafkaConsumer": [
            'kafka.KafkaConsumer("a")',
            'zip(kafka.KafkaConsumer("a"), [1, 2])',
            'map(str, kafka.KafkaConsumer("a"))',
            'filter(None, map(str, kafka.KafkaConsumer("a")))',
            'iter(kafka.KafkaConsumer("a"))',
            'kafka.KafkaConsumer("a") if prompt else watchfiles.watch("/")',
        ],
        "AsyncMongoClient": [
            "pymongo.MongoClient().shop.orders.find()",
            'pymongo.MongoClient()["shop"].watch()',
        ],
        "aiodocker": [
            "docker.DockerClient().events()",
            'docker.from_env().containers.get("a").stats()',
        ],
        "kubernetes_asyncio": [
            "kubernetes.watch.Watch().stream(print)",
        ],
        "watchfiles.awatch": [
            'watchfiles.watch("/")',
        ],
        "replicate.async_stream": [
            'replicate.stream("m")',
        ],
        "serial_asyncio": [
            'serial.Serial("/dev/tty")',
        ],
        "asyncio.Queue": [
            "iter(queue.SimpleQueue().get, None)",
            "iter(multiprocessing.Queue().get, None)",
        ],
    }
    expected = {each: name for name, found in counterparts.items() for each in found}
    assert advised(tmp_path, [*expected]) == expected


def test_libraries_that_do_not_wait(tmp_path: Path) -> None:
    iterated = [
        'google.generativeai.GenerativeModel().generate_content("a")',
        'docker.from_env().containers.get("a").logs()',
        'session.get("/").iter_lines()',
        "http.send(request).iter_raw()",
        "openai.OpenAI().models.list()",
        'kafka.KafkaProducer("a")',
        'map(kafka.KafkaConsumer("a"), prompt)',
        "sorted(prompt)",
        "zip()",
        "iter(prompt)",
    ]
    assert advised(tmp_path, iterated) == {}
