// Package check holds docker-compose.yml, the Kubernetes manifests, the alert rules, the dashboard and the
// runbooks to their own languages and to what the code has. It has tests only, and is a module of its own:
// the product needs none of these libraries.
package check
