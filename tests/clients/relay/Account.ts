// The mutations that are no component's own.
import { commitMutation, graphql } from "react-relay";
import type { Environment, GraphQLTaggedNode, MutationParameters } from "relay-runtime";

import type { AccountRegisterMutation } from "../.generated/relay/AccountRegisterMutation.graphql";
import type { AccountSignInMutation } from "../.generated/relay/AccountSignInMutation.graphql";

const signInMutation = graphql`
  mutation AccountSignInMutation($input: LoginInput!) {
    login(input: $input) {
      tokens {
        accessToken
      }
      errors {
        code
      }
    }
  }
`;

const registerMutation = graphql`
  mutation AccountRegisterMutation($input: RegisterInput!) {
    register(input: $input) {
      tokens {
        accessToken
      }
      errors {
        code
      }
    }
  }
`;

/** Run a mutation outside of any component. */
export function commit<Mutation extends MutationParameters>(
  environment: Environment,
  mutation: GraphQLTaggedNode,
  variables: Mutation["variables"],
): Promise<Mutation["response"]> {
  return new Promise((onCompleted, onError) =>
    commitMutation<Mutation>(environment, { mutation, variables, onCompleted, onError }),
  );
}

export async function signIn(environment: Environment, username: string, password: string) {
  return (await commit<AccountSignInMutation>(environment, signInMutation, { input: { username, password } })).login;
}

export async function register(environment: Environment, username: string, password: string) {
  return (await commit<AccountRegisterMutation>(environment, registerMutation, { input: { username, password } })).register;
}
