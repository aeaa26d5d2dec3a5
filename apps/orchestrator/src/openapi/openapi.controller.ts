import { Controller, Get } from '@nestjs/common';
import { openApiDocument } from './openapi-document.js';
import { OPERATIONS } from './operations.js';

/** Version of the API: it grows by what is optional, and readers ignore what they do not know. */
const VERSION = '1.0.0';

@Controller()
export class OpenApiController {
  private readonly document = openApiDocument(OPERATIONS, VERSION);

  @Get('openapi.json')
  openapi(): Record<string, unknown> {
    return this.document;
  }
}
