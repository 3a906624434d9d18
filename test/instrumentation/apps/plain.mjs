import work from './work.cjs';

work.work();
work.end();
