import { Controller, Inject } from '@nestjs/common';
import { TOPICS } from '@elias/contracts';
import { BatchHandler, RecordBatch } from '@elias/kafka';
import { LIVE_TRANSPORT } from '../transports.js';
import { LoadLiveEvents } from './load-live-events.js';

@Controller()
export class LiveController {
  constructor(@Inject(LoadLiveEvents) private readonly events: LoadLiveEvents) {}

  @BatchHandler(TOPICS.liveTrades.name, LIVE_TRANSPORT)
  async onTrades(batch: RecordBatch): Promise<void> {
    await this.events.run(batch);
  }

  @BatchHandler(TOPICS.liveTickers.name, LIVE_TRANSPORT)
  async onTickers(batch: RecordBatch): Promise<void> {
    await this.events.run(batch);
  }

  @BatchHandler(TOPICS.liveCandles.name, LIVE_TRANSPORT)
  async onCandles(batch: RecordBatch): Promise<void> {
    await this.events.run(batch);
  }
}
