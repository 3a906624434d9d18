const { work, end } = require('./work.cjs');

work();
end();
