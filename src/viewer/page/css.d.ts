// The bundler puts what is imported so into main.css.
declare module '*.css';
