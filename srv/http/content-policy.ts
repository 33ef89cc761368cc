/** The content security policies of what the service shows in browsers: it may load nothing but its own files. */
import helmet from 'helmet'

const OWN_FILES = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"]
}

/** Makes the middleware that sets the policy. @param others directives that are different, or more */
export const ownFilesOnly = (others: Record<string, string[]>) =>
  helmet.contentSecurityPolicy({ useDefaults: false, directives: { ...OWN_FILES, ...others } })
