/* Starts Swagger UI, and fills in what every operation needs: a clip of this library, and the key if the page knows it. */
/* global SwaggerUIBundle */

const { key } = document.querySelector('#docs').dataset
const darkMode = matchMedia('(prefers-color-scheme: dark)')

/** Swagger UI keeps the fields of a form when another type of body is chosen, and would send them as JSON. */
const clearBodyOfOtherType = {
  statePlugins: {
    oas3: {
      wrapActions: {
        setRequestContentType: (setType, system) => (change) => {
          system.oas3Actions.setRequestBodyValue({ value: undefined, pathMethod: change.pathMethod })
          return setType(change)
        },
      },
    },
  },
}

const ui = SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  tryItOutEnabled: true,
  persistAuthorization: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  plugins: [clearBodyOfOtherType],
  onComplete: start,
  responseInterceptor: fillInWhatChanged,
})

async function start() {
  if (key) ui.preauthorizeApiKey('key', key)
  await fillInNewestClip()
}

/** After a create, the operations are about what was created; after a deletion, about the newest clip that is left. */
async function fillInWhatChanged(response) {
  const { pathname } = new URL(response.url)
  if (response.status === 201 && ['/api/clips', '/api/keys'].includes(pathname)) {
    fillInId(pathname, response.obj.id)
  }
  if (response.status === 204 && pathname.startsWith('/api/clips/')) await fillInNewestClip()
  return response
}

/** Without an answer the example of the document stays: what the reader has asked for must not fail by this. */
async function fillInNewestClip() {
  try {
    const response = await fetch('/api/clips?limit=1')
    const { items = [] } = await response.json()
    if (items.length > 0) fillInId('/api/clips', items[0].id)
  } catch (error) {
    console.warn('The newest clip could not be read.', error)
  }
}

/** Fills in the `id` of every operation below a path. */
function fillInId(parent, id) {
  const paths = ui.specSelectors.specJson().get('paths').toJS()
  for (const [path, operations] of Object.entries(paths)) {
    if (!path.startsWith(`${parent}/{id}`)) continue
    for (const method of Object.keys(operations)) {
      ui.specActions.changeParam([path, method], 'id', 'path', id, false)
    }
  }
}

function followColourScheme() {
  document.documentElement.classList.toggle('dark-mode', darkMode.matches)
}
darkMode.addEventListener('change', followColourScheme)
followColourScheme()
