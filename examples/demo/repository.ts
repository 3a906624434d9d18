import type { Pool, PoolClient, QueryResultRow } from 'pg';
import * as sql from './sql.ts';
import type { Waiters, WaitSite } from './waiters.ts';

export interface Order extends QueryResultRow {
  readonly id: number;
  readonly customer: string;
}

export interface Product extends QueryResultRow {
  readonly id: number;
  readonly name: string;
}

export interface Cart {
  readonly customerId: number;
  readonly tier: string;
  readonly items: readonly { readonly productId: number; readonly quantity: number }[];
}

interface RouteWaits {
  readonly connect: WaitSite;
  readonly query: WaitSite;
}

/** The shop's queries. Around every await of the database it counts who waits there, so that the truth is known. */
export class OrderRepository {
  readonly #pool: Pool;
  readonly #recentOrders: RouteWaits;
  readonly #order: RouteWaits;
  readonly #checkout: RouteWaits;
  readonly #search: WaitSite;

  constructor(pool: Pool, waiters: Waiters) {
    const waitsOf = (route: string): RouteWaits => ({
      connect: waiters.at(route, 'connect'),
      query: waiters.at(route, 'query'),
    });
    this.#pool = pool;
    this.#recentOrders = waitsOf('GET /orders');
    this.#order = waitsOf('GET /orders/:id');
    this.#checkout = waitsOf('POST /checkout');
    this.#search = waiters.at('GET /search', 'pool.query');
  }

  async findRecentOrders(): Promise<Order[]> {
    const waits = this.#recentOrders;
    return await this.#withClient(waits, (client) => this.#query<Order>(client, waits, sql.RECENT_ORDERS));
  }

  async findOrder(id: number): Promise<Order | undefined> {
    const waits = this.#order;
    const rows = await this.#withClient(waits, (client) => this.#query<Order>(client, waits, sql.ORDER_BY_ID, [id]));
    return rows[0];
  }

  async searchProducts(text: string): Promise<Product[]> {
    this.#search.enter();
    const { rows } = await this.#pool.query<Product>(sql.SEARCH_PRODUCTS, [text]);
    this.#search.leave();
    return rows;
  }

  async insertOrder(cart: Cart): Promise<number> {
    return await this.#withClient(this.#checkout, (client) => this.#insertOrderWith(client, cart));
  }

  async #insertOrderWith(client: PoolClient, { customerId, items }: Cart): Promise<number> {
    const waits = this.#checkout;
    await this.#query(client, waits, 'BEGIN');
    const [order] = await this.#query<{ id: number }>(client, waits, sql.INSERT_ORDER, [customerId]);
    if (!order) throw new Error('INSERT gave no row');
    for (const { productId, quantity } of items) {
      await this.#query(client, waits, sql.INSERT_ITEM, [order.id, productId, quantity]);
    }
    await this.#query(client, waits, 'COMMIT');
    return order.id;
  }

  async #withClient<T>(waits: RouteWaits, use: (client: PoolClient) => Promise<T>): Promise<T> {
    waits.connect.enter();
    const client = await this.#pool.connect();
    waits.connect.leave();
    try {
      return await use(client);
    } finally {
      client.release();
    }
  }

  async #query<Row extends QueryResultRow>(
    client: PoolClient,
    waits: RouteWaits,
    text: string,
    values?: unknown[],
  ): Promise<Row[]> {
    waits.query.enter();
    const { rows } = await client.query<Row>(text, values);
    waits.query.leave();
    return rows;
  }
}
