import { Controller, Get, Inject, Query } from '@nestjs/common';
import { parseQuery, QueryRefusedError } from '../market/query-refused-error.js';
import type { CoverageDay, Gap, Products } from './coverage-answers.js';
import { CoverageReads } from './coverage-reads.js';
import { dayCount } from './days.js';
import { GridReads } from './grid-reads.js';
import type { Grid } from './grid-reads.js';
import { CELLS_MAX, coverageQuery, gapsQuery, gridQuery, noFields } from './pipeline-queries.js';

/** Which days there are, what is missing in them, and where their tasks stand. */
@Controller()
export class PipelineController {
  constructor(
    @Inject(CoverageReads) private readonly coverageReads: CoverageReads,
    @Inject(GridReads) private readonly gridReads: GridReads,
  ) {}

  @Get('products')
  products(@Query() query: unknown): Promise<Products> {
    parseQuery(noFields, query);
    return this.coverageReads.products();
  }

  @Get('coverage')
  async coverage(@Query() query: unknown): Promise<{ coverage: CoverageDay[] }> {
    const { from, to, product } = parseQuery(coverageQuery, query);
    const products = product === undefined ? await this.coverageReads.productCount() : 1;
    if (products * dayCount(from, to) > CELLS_MAX) {
      const reason = `${products} products over these days are more than ${CELLS_MAX} rows: ask for fewer days, or for one product`;
      throw new QueryRefusedError([{ field: 'to', reason }]);
    }
    return { coverage: await this.coverageReads.coverage(from, to, product ?? null) };
  }

  @Get('gaps')
  async gaps(@Query() query: unknown): Promise<{ gaps: Gap[] }> {
    const { product, date } = parseQuery(gapsQuery, query);
    return { gaps: await this.coverageReads.gaps(product, date) };
  }

  @Get('grid')
  grid(@Query() query: unknown): Promise<Grid> {
    const { days, to } = parseQuery(gridQuery, query);
    return this.gridReads.grid(days, to ?? null);
  }
}
