import type { FastifyInstance } from 'fastify';
import { withTaskLabels } from 'otel-taskprof';
import type { OrderService } from './orders.ts';
import type { Cart } from './repository.ts';
import type { Waiters } from './waiters.ts';

const CART_SCHEMA = {
  type: 'object',
  required: ['customerId', 'tier', 'items'],
  properties: {
    customerId: { type: 'integer' },
    tier: { enum: ['basic', 'gold'] },
    items: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['productId', 'quantity'],
        properties: { productId: { type: 'integer' }, quantity: { type: 'integer' } },
      },
    },
  },
} as const;

/** The shop's HTTP interface, and `GET /debug/waiters` with the truth that the profile is compared with. */
export function registerRoutes(app: FastifyInstance, orders: OrderService, waiters: Waiters): void {
  app.get('/orders', async function listOrders() {
    return await orders.listRecent();
  });
  app.get<{ Params: { id: number } }>('/orders/:id', { schema: idSchema() }, async function showOrder(request) {
    return await orders.show(request.params.id);
  });
  app.get<{ Querystring: { text: string } }>('/search', { schema: textSchema() }, async function search(request) {
    return await orders.search(request.query.text);
  });
  app.post<{ Body: Cart }>('/checkout', { schema: { body: CART_SCHEMA } }, async function checkout(request) {
    const cart = request.body;
    return await withTaskLabels({ tier: cart.tier }, () => orders.checkout(cart));
  });
  app.get('/debug/waiters', () => waiters.report());
}

function idSchema(): object {
  return { params: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } } };
}

function textSchema(): object {
  return { querystring: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } } };
}
