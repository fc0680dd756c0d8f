/** The environment without the variables that make Node write to stderr, for tests that check all of stderr. */
export const plainEnvironment = { ...process.env }
for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_OPTIONS', 'NODE_DEBUG']) delete plainEnvironment[name]
