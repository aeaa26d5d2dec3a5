import { Controller, Delete, Get, Inject, Param, Put, Query } from '@nestjs/common';
import { isProductId } from '@elias/market-data';
import { parseQuery } from '../market/query-refused-error.js';
import { noFields } from '../pipeline/pipeline-queries.js';
import { FollowedProducts, ProductRefusedError } from './followed-products.js';
import type { FollowedProduct } from './followed-products.js';

interface Followed {
  products: FollowedProduct[];
}

/** The products of the daily run. */
@Controller('followed-products')
export class ProductsController {
  constructor(@Inject(FollowedProducts) private readonly products: FollowedProducts) {}

  @Get()
  async list(@Query() query: unknown): Promise<Followed> {
    parseQuery(noFields, query);
    return { products: await this.products.list() };
  }

  /** 422 when the exchange does not have it. */
  @Put(':id')
  async follow(@Param('id') id: string): Promise<Followed> {
    return { products: await this.products.follow(productIdOf(id)) };
  }

  /** 422 when it is the last one. */
  @Delete(':id')
  async leave(@Param('id') id: string): Promise<Followed> {
    return { products: await this.products.leave(productIdOf(id)) };
  }
}

/** @throws ProductRefusedError it cannot be a product's */
function productIdOf(id: string): string {
  if (!isProductId(id)) throw new ProductRefusedError(`"${id.slice(0, 100)}" is not a product id like BTC-USD`);
  return id;
}
