/** Writes the OpenAPI document to standard output: `node .ci/openapi.ts`. `npm run openapi` lints it. */
import { app, sections } from '../src/app.ts'
import { openApiDocument } from '../src/http/openApi.ts'

console.log(openApiDocument(app, 'https://clips.example', sections))
