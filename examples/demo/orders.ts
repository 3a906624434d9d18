import type { Cart, Order, OrderRepository, Product } from './repository.ts';

/** What the shop does, above SQL and below HTTP. */
export class OrderService {
  readonly #repository: OrderRepository;

  constructor(repository: OrderRepository) {
    this.#repository = repository;
  }

  async listRecent(): Promise<Order[]> {
    const orders = await this.#repository.findRecentOrders();
    return orders.sort((a, b) => b.id - a.id);
  }

  async show(id: number): Promise<Order> {
    const order = await this.#repository.findOrder(id);
    if (!order) throw Object.assign(new Error(`no order ${id}`), { statusCode: 404 });
    return order;
  }

  async search(text: string): Promise<Product[]> {
    return await this.#repository.searchProducts(text);
  }

  async checkout(cart: Cart): Promise<{ readonly orderId: number }> {
    return { orderId: await this.#repository.insertOrder(cart) };
  }
}
