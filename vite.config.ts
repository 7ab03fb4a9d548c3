import { readFileSync } from "node:fs";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const webRoot = new URL("src/web/", import.meta.url);

/**
 * The page: `src/web` becomes `dist/web`, every file but index.html with its hash in its name.
 * Nothing is inlined, because the page's content security policy allows neither inline scripts nor inline styles.
 */
export default defineConfig({
  root: webRoot.pathname,
  plugins: [react(), themeBeforePaint()],
  build: {
    outDir: new URL("dist/web/", import.meta.url).pathname,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: ["chrome123", "firefox121", "safari17.5"],
    // React, the queries and the pages travel together; the chart is the one lazy chunk.
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8095" } },
});

/**
 * Puts the remembered theme in place before the first paint. It must be a classic script (a module would run after the paint) in a file of
 * its own (an inline script is forbidden), and Vite leaves classic scripts alone, so this plugin emits and links it.
 */
function themeBeforePaint(): Plugin {
  const fileName = "theme-before-paint.js";
  const source = () => readFileSync(new URL(fileName, webRoot), "utf8");
  let reference: string | null = null;
  return {
    name: "theme-before-paint",
    buildStart() {
      if (this.environment.mode === "build")
        reference = this.emitFile({ type: "asset", name: fileName, source: source() });
    },
    transformIndexHtml: {
      order: "post",
      handler: (_html, context) => {
        const bundled =
          reference === null
            ? undefined
            : Object.values(context.bundle ?? {}).find(
                (file) => file.type === "asset" && file.names.includes(fileName),
              );
        return [{ tag: "script", attrs: { src: `/${bundled?.fileName ?? fileName}` }, injectTo: "head-prepend" }];
      },
    },
  };
}
