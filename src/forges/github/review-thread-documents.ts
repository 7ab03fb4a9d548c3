/**
 * What is asked over GraphQL, word for word; checked against GitHub's public schema.
 *
 * @see https://docs.github.com/en/graphql/reference/objects#pullrequestreviewthread
 */
const commentFields = `
  pageInfo { hasNextPage endCursor }
  nodes {
    fullDatabaseId url body createdAt updatedAt
    author { kind: __typename login ... on User { databaseId } ... on Bot { databaseId } ... on Mannequin { databaseId } }
    pullRequestReview { fullDatabaseId }
  }`;

/** Pages of conversations, each with its beginning. */
export const threadsDocument = `
  query ReviewThreads($owner: String!, $name: String!, $number: Int!, $after: String) {
    repository(owner: $owner, name: $name) {
      pullRequest(number: $number) {
        number
        reviewThreads(first: 50, after: $after) {
          pageInfo { hasNextPage endCursor }
          nodes {
            id isResolved path line diffSide
            resolvedBy { kind: __typename login databaseId }
            comments(first: 50) {${commentFields}
            }
          }
        }
      }
    }
  }`;

/** The rest of one conversation. */
export const moreCommentsDocument = `
  query ThreadComments($threadId: ID!, $after: String) {
    node(id: $threadId) {
      ... on PullRequestReviewThread {
        id
        comments(first: 100, after: $after) {${commentFields}
        }
      }
    }
  }`;

export const resolveDocument = `
  mutation ResolveThread($threadId: ID!) {
    resolveReviewThread(input: { threadId: $threadId }) {
      thread { id isResolved }
    }
  }`;
