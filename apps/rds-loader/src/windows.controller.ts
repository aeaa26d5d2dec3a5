import { Controller, Inject } from '@nestjs/common';
import { TOPICS } from '@elias/contracts';
import { BatchHandler, RecordBatch } from '@elias/kafka';
import { LoadWindowRecords } from './load-window-records.js';

@Controller()
export class WindowsController {
  constructor(@Inject(LoadWindowRecords) private readonly windows: LoadWindowRecords) {}

  @BatchHandler(TOPICS.windowsCandles.name)
  async onWindows(batch: RecordBatch): Promise<void> {
    await this.windows.run(batch);
  }

  @BatchHandler(TOPICS.windowsStats.name)
  async onStats(batch: RecordBatch): Promise<void> {
    await this.windows.run(batch);
  }
}
