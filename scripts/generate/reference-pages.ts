import { commandsPage } from "./commands-page.ts";
import { configPage } from "./config-page.ts";
import { errorsPage } from "./errors-page.ts";
import { faultMatrixPage } from "./fault-matrix-page.ts";
import { httpApiDocument } from "./http-api-document.ts";
import { httpApiPage } from "./http-api-page.ts";
import { lifecyclePage } from "./lifecycle-page.ts";
import { webhooksPage } from "./webhooks-page.ts";

/** Every page of docs/reference/ by file name. The same code gives the same bytes, whoever asks and wherever. */
export async function referencePages(): Promise<Map<string, string>> {
  const api = await httpApiDocument();
  return new Map([
    ["commands.md", commandsPage()],
    ["config.md", configPage()],
    ["errors.md", errorsPage()],
    ["fault-matrix.md", faultMatrixPage()],
    ["http-api.json", `${JSON.stringify(api, null, 2)}\n`],
    ["http-api.md", httpApiPage(api)],
    ["lifecycle.md", lifecyclePage()],
    ["webhooks.md", webhooksPage()],
  ]);
}
