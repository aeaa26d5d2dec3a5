import { Controller, Inject } from '@nestjs/common';
import { TOPICS } from '@elias/contracts';
import { BatchHandler, RecordBatch } from '@elias/kafka';
import { LoadWindowParts } from './load-window-parts.js';
import { LoadWindowRecords } from './load-window-records.js';
import { WINDOWS_TRANSPORT } from './transports.js';

@Controller()
export class WindowsController {
  constructor(
    @Inject(LoadWindowRecords) private readonly windows: LoadWindowRecords,
    @Inject(LoadWindowParts) private readonly parts: LoadWindowParts,
  ) {}

  @BatchHandler(TOPICS.windowsCandles.name, WINDOWS_TRANSPORT)
  async onWindows(batch: RecordBatch): Promise<void> {
    await this.windows.run(batch);
  }

  @BatchHandler(TOPICS.windowsStats.name, WINDOWS_TRANSPORT)
  async onStats(batch: RecordBatch): Promise<void> {
    await this.windows.run(batch);
  }

  @BatchHandler(TOPICS.windowsTrades.name, WINDOWS_TRANSPORT)
  async onParts(batch: RecordBatch): Promise<void> {
    await this.parts.run(batch);
  }
}
