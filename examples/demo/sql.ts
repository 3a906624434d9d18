/** Tables and their content: 1,000 customers, 200 products, 5,000 orders with 3 items each. */
export const SCHEMA = `
  CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL);
  CREATE TABLE products (id serial PRIMARY KEY, name text NOT NULL, price int NOT NULL);
  CREATE TABLE orders (id serial PRIMARY KEY, customer_id int NOT NULL REFERENCES customers);
  CREATE TABLE order_items (
    order_id int NOT NULL REFERENCES orders, product_id int NOT NULL REFERENCES products, quantity int NOT NULL);
  INSERT INTO customers (name) SELECT 'customer ' || n FROM generate_series(1, 1000) n;
  INSERT INTO products (name, price) SELECT 'product ' || n, 100 + n FROM generate_series(1, 200) n;
  INSERT INTO orders (customer_id) SELECT 1 + n % 1000 FROM generate_series(1, 5000) n;
  INSERT INTO order_items SELECT 1 + n % 5000, 1 + n % 200, 1 + n % 3 FROM generate_series(1, 15000) n;
  CREATE INDEX ON order_items (order_id);
  ANALYZE`;

/** Slow: a report over a join, with a sleep in place of an index that somebody forgot. */
export const RECENT_ORDERS = `
  SELECT o.id, c.name AS customer, sum(i.quantity * p.price)::int AS total
    FROM (SELECT * FROM orders WHERE id <= 5000 ORDER BY id DESC LIMIT 20) o
    JOIN customers c ON c.id = o.customer_id
    JOIN order_items i ON i.order_id = o.id
    JOIN products p ON p.id = i.product_id
   CROSS JOIN pg_sleep(0.05)
   GROUP BY o.id, c.name`;

export const ORDER_BY_ID = `
  SELECT o.id, c.name AS customer FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = $1`;

export const SEARCH_PRODUCTS = `
  SELECT id, name FROM (SELECT * FROM products WHERE name LIKE '%' || $1 || '%' ORDER BY id LIMIT 10) found
   CROSS JOIN pg_sleep(0.01)`;

export const INSERT_ORDER = `INSERT INTO orders (customer_id) VALUES ($1) RETURNING id`;

export const INSERT_ITEM = `INSERT INTO order_items (order_id, product_id, quantity) VALUES ($1, $2, $3)`;
