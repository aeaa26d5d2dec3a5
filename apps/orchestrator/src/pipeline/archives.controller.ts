import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { parseQuery } from '../market/query-refused-error.js';
import type { Archives, Download, Revisions } from './archive-answers.js';
import { ArchiveReads } from './archive-reads.js';
import { ArchiveUnknownError } from './archive-unknown-error.js';
import { archivesQuery, downloadQuery, revisionsQuery } from './pipeline-queries.js';

/** Every telling of a window, and the zips that hold them. */
@Controller()
export class ArchivesController {
  constructor(@Inject(ArchiveReads) private readonly reads: ArchiveReads) {}

  @Get('revisions')
  revisions(@Query() query: unknown): Promise<Revisions> {
    return this.reads.revisions(parseQuery(revisionsQuery, query).window);
  }

  @Get('archives')
  archives(@Query() query: unknown): Promise<Archives> {
    return this.reads.archives(parseQuery(archivesQuery, query));
  }

  /** 302 to where the zip may be read for five minutes; as JSON for whoever asks for JSON. */
  @Get('archives/download')
  async download(
    @Query() query: unknown,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Download | undefined> {
    const { key } = parseQuery(downloadQuery, query);
    const download = await this.reads.download(key);
    if (download === null) throw new ArchiveUnknownError();
    // the address is as good as a password for five minutes
    void reply.header('cache-control', 'no-store').header('vary', 'accept');
    if (/\bapplication\/json\b/.test(accept ?? '')) return download;
    void reply.status(302).header('location', download.url);
    return undefined;
  }
}
