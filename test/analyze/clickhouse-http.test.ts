import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { createGzip, constants } from 'node:zlib';
import { clickHouseRows } from '../../src/analyze/clickhouse-http.ts';
import { listening } from '../support/listening.ts';

const FAULT = '{"a":1}\n{"exception":"Code: 241. DB::Exception: Memory limit exceeded"}\n';

/** An answer that does not end. */
const ANSWERS: Record<string, (response: ServerResponse) => void> = {
  plain: (response) => response.write(FAULT),
  'gzip-ed': (response) => {
    const gzip = createGzip();
    response.writeHead(200, { 'content-encoding': 'gzip' });
    gzip.pipe(response);
    gzip.write(FAULT);
    gzip.flush(constants.Z_SYNC_FLUSH);
  },
};

describe('rows of ClickHouse', () => {
  for (const [name, answer] of Object.entries(ANSWERS)) {
    it(`leave no connection open where one of them says what is wrong: ${name}`, async () => {
      let closed: Promise<unknown> | undefined;
      const server = createServer((_, response) => {
        closed = once(response, 'close');
        answer(response);
      });
      const { url, close } = await listening(server);
      const address = { url: new URL(url), user: '', password: '', timeoutMillis: 60_000 };
      const rows = Array.fromAsync(clickHouseRows(address, 'SELECT 1 AS a', {}));
      await assert.rejects(rows, { name: 'AnalyzeError', message: 'ClickHouse: Memory limit exceeded' });
      await closed;
      await close();
    });
  }
});
