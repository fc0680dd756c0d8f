/** The environment without what makes Node itself write to stderr, for tests that expect every line there. */
export const plainEnvironment = { ...process.env }
for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_OPTIONS', 'NODE_DEBUG']) delete plainEnvironment[name]
