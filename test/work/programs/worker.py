"""A worker program as an operator might write it: takes the payload, does something, writes the result file."""

import json
import os
import sys

payload = json.loads(sys.argv[sys.argv.index("--payload") + 1])
print("working on", payload["title"])
print("the surroundings:", json.dumps(sorted(os.environ)), file=sys.stderr)

result = {
    "command_id": os.environ["SPRINTER_WORKER_COMMAND_ID"],
    "workflow_id": os.environ["SPRINTER_WORKER_WORKFLOW_ID"],
    "command_type": os.environ["SPRINTER_WORKER_COMMAND_TYPE"],
    "success": True,
    "returncode": 0,
    "started_at": "2026-01-02T03:04:05Z",
    "finished_at": "2026-01-02T03:04:06Z",
    "artifacts": {"plan_path": "/plans/1.md", "changed_files": ["a.txt"], "greeting": os.environ.get("GREETING")},
    "error": None,
    "stdout_path": None,
    "stderr_path": None,
}
with open(os.environ["SPRINTER_WORKER_RESULT_PATH"], "w") as file:
    json.dump(result, file)
