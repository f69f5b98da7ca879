// Package contract holds the servers and schemas/openapi.yaml together. It is tests only: every route
// is in the document and the reverse, every documented status is provoked, and every
// answer is valid against the document.
package contract
