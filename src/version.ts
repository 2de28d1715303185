// The version of this package, as it tells it to servers; a test holds it equal to that of package.json.

export const VERSION = '0.1.0';
