// As plain.cjs, and says at its end whether gRPC was loaded.
const { work, end } = require('./work.cjs');

work();
end();
process.on('exit', () => {
  const isLoaded = Object.keys(require.cache).some((file) => file.includes('@grpc/grpc-js'));
  process.stdout.write(`gRPC was ${isLoaded ? '' : 'not '}loaded\n`);
});
