"""Where allauth looks for providers of an app; ours is in `people.sso`."""

from people.sso.provider import Provider

provider_classes = [Provider]
