// Package ruling brings members under another version of the rules: it says beforehand how many would have another
// level, and then announces it to them, bucket by bucket, with an audit record before and after.
//
// Reads reckon with the rules of their own process, so they are right as soon as that has the new ones. What this does is
// to tell everybody at once whom the change moves, where otherwise each would be told with the next event, and to give
// memberships the rank that the new rules sell.
package ruling
