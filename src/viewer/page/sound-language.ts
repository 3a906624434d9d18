// Chromium without a locale says `en-US@posix`, for which Intl throws, and uPlot asks Intl for that language when it is loaded. So this is imported
// ahead of it.
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
}
